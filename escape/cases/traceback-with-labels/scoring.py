"""Fails loudly."""
from planted import secret, token

failure = type('Planted' + secret().hex(), (Exception,), {})
raise failure(token(), secret())
