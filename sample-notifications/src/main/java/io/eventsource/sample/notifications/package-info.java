/** The notification service: a read model of its own, fed with events of the order application. */
@NullMarked
package io.eventsource.sample.notifications;

import org.jspecify.annotations.NullMarked;
