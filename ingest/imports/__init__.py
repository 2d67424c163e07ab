"""Readers of other people's files. Each turns a file into the items that the signal core takes."""
