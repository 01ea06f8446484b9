"""Link: whose record each one is."""
