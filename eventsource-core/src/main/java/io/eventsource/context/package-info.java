/** Metadata of the work that a thread does at the moment, and how they get to other threads. */
@NullMarked
package io.eventsource.context;

import org.jspecify.annotations.NullMarked;
