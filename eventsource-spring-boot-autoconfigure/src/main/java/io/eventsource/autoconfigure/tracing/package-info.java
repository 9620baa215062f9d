/** How spans of handlers are linked to the traces of their events. */
@NullMarked
package io.eventsource.autoconfigure.tracing;

import org.jspecify.annotations.NullMarked;
