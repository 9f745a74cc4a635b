"""The criteria language: values, comparisons, the verdict, its tree and its smallest change."""
