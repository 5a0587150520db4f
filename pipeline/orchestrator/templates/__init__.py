"""Listing, previewing and checking templates.

catalogue     list and find templates, and copy one
preview       a contact sheet of a template's sample
validation    everything that is wrong with a template
overflow      fill scenes up to their limits, and find texts that do not fit
"""
