/** The dead-letter queue: events that a projection could not handle, in whose order, and how they are handled again. */
@NullMarked
package io.eventsource.deadletter;

import org.jspecify.annotations.NullMarked;
