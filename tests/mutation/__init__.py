"""Faults planted in specc one at a time: does the build notice, does a test, or does nobody?"""
