/** The way in: messages of other services, each taking effect once in this service's database. */
@NullMarked
package io.eventsource.inbox;

import org.jspecify.annotations.NullMarked;
