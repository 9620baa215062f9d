/** Projections: beans whose methods handle events. */
@NullMarked
package io.eventsource.projection;

import org.jspecify.annotations.NullMarked;
