"""Tests of the step-through page, most of them in Chromium."""
