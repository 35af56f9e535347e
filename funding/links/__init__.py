"""The weekly check of published addresses.

judging   what an answer means, pure
asking    one address, politely
checking  those that are due: the job
usages    where addresses are published, and the day that is shown beside them
"""
