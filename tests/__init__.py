"""Tests of crmctl; the folders mirror the package."""
