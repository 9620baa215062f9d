/** Events: their names, their metadata, and their codec with its upcasters. */
@NullMarked
package io.eventsource.event;

import org.jspecify.annotations.NullMarked;
