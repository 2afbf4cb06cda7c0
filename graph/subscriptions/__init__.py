"""The fields of Subscription, one file a field. Each follows the journal with a consumer."""
