"""Evaluation: cases, score, runner and benchmark; nothing else imports it."""
