/** Aggregates: state that is folded from events, and the repository that loads and saves them. */
@NullMarked
package io.eventsource.aggregate;

import org.jspecify.annotations.NullMarked;
