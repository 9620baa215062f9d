package io.eventsource.autoconfigure.mistakes.misplaced;

import io.eventsource.aggregate.AggregateType;

@AggregateType("Savings")
final class Account {}
