/** The event store: appending to streams, reading streams and the log, and the log's settled head. */
@NullMarked
package io.eventsource.store;

import org.jspecify.annotations.NullMarked;
