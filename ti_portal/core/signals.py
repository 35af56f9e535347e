"""What happens here that the floors above may want to know. Receivers are connected in an AppConfig.ready."""

from django.dispatch import Signal

# An address was refused for good (an SMTP answer 5xx to the recipient). Sent with `email` and `at`, in the transaction
# that gives the message up: a receiver that fails is logged, and changes nothing for the message.
address_refused = Signal()
