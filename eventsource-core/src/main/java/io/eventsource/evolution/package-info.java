/** Schema evolution: finding out which stored events this code cannot read. */
@NullMarked
package io.eventsource.evolution;

import org.jspecify.annotations.NullMarked;
