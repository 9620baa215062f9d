/** An application that answers HTTP requests of authenticated users. */
@NullMarked
package io.eventsource.autoconfigure.webapplication;

import org.jspecify.annotations.NullMarked;
