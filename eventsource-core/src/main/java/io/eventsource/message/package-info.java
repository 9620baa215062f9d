/** What messages between services are made of, whichever broker carries them. */
@NullMarked
package io.eventsource.message;

import org.jspecify.annotations.NullMarked;
