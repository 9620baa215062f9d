/** Snapshots of aggregates' states: when they are taken, by whom, and what became of them. */
@NullMarked
package io.eventsource.snapshot;

import org.jspecify.annotations.NullMarked;
