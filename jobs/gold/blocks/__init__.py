"""Blocks and features of a file at (T, K): each function takes facts as known at K and gives one row per person.

Windows are those of domain.md, section 6.2: M(T, n) are the n complete months before the month of T. Beside its
features each block gives three columns that say what it rests on (`jobs.gold.blocks.trace`).
"""
