/** How errors of handlers are taken, and the dead-letter queue. */
@NullMarked
package io.eventsource.autoconfigure.deadletter;

import org.jspecify.annotations.NullMarked;
