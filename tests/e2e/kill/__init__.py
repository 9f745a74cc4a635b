"""Helpers of the crash matrix: a worker process to kill, and what two runs are compared by."""
