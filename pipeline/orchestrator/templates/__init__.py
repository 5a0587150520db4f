"""What can be asked about templates.

shelf      which there are, and making one of another
preview    what one looks like: a contact sheet of its sample
checking   what is wrong with one
filling    scenes as full as their limits allow, and what does not fit
"""
