/** Repositories of aggregates, their commands and their snapshots. */
@NullMarked
package io.eventsource.autoconfigure.aggregate;

import org.jspecify.annotations.NullMarked;
