/** How commits of other instances are heard of. */
@NullMarked
package io.eventsource.autoconfigure.notification;

import org.jspecify.annotations.NullMarked;
