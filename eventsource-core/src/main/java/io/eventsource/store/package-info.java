/** The event store: appending to streams, and reading streams with their snapshots. */
@NullMarked
package io.eventsource.store;

import org.jspecify.annotations.NullMarked;
