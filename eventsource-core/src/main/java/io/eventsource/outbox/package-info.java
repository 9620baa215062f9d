/** The way out of the log: messages, and the transports that carry them to a broker. The log itself is the outbox. */
@NullMarked
package io.eventsource.outbox;

import org.jspecify.annotations.NullMarked;
