/** The event store, its tables, and what is checked before both are used. */
@NullMarked
package io.eventsource.autoconfigure.store;

import org.jspecify.annotations.NullMarked;
