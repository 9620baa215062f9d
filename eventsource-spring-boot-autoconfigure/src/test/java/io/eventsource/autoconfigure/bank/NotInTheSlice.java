package io.eventsource.autoconfigure.bank;

import org.springframework.stereotype.Component;

/** A component that has nothing to do with events. */
@Component
class NotInTheSlice {}
