"""Step 1: fetch what an office delivered for a batch and keep it as received, with a receipt. Needs no JVM."""
