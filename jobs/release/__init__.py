"""Release: sealed batches of files, frozen rows and a signed manifest."""
