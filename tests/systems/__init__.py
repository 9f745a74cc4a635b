"""Tests of companies with more than two systems."""
