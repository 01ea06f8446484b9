"""Publish: what each bank may read, and what changed."""
