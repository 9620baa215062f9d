/** How projections are fed with messages of other services. */
@NullMarked
package io.eventsource.autoconfigure.inbox;

import org.jspecify.annotations.NullMarked;
