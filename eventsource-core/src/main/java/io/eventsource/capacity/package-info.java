/** How many connections a server grants, and how many an application's instances take. */
@NullMarked
package io.eventsource.capacity;

import org.jspecify.annotations.NullMarked;
