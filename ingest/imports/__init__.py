"""Readers of other people's files.

Recordings become the items that the signal core takes, training logs become logged sets.
"""
