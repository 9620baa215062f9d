/** Events: their names, their metadata and their JSON form. */
@NullMarked
package io.eventsource.event;

import org.jspecify.annotations.NullMarked;
