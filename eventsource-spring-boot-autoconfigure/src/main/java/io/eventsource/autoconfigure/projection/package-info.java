/** How the beans of projections become handlers. */
@NullMarked
package io.eventsource.autoconfigure.projection;

import org.jspecify.annotations.NullMarked;
