/** Looking at projections and dead letters, and acting on them. */
@NullMarked
package io.eventsource.sample.operation;

import org.jspecify.annotations.NullMarked;
