"""Carries everything that was submitted into its output, as a careless scoring program does."""
import shutil

from planted import OUTPUT, token, write_scores

shutil.copytree('/app/input/res', OUTPUT, dirs_exist_ok=True)
write_scores()
with open(OUTPUT + '/detailed_results.html', 'w') as page:
    page.write(token())
