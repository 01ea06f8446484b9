"""Silver: typed, checked records with history; one cleaner per source, everything else generic."""
