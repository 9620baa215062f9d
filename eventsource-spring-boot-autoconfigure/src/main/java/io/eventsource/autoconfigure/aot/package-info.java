/** What is found and kept when the application is processed ahead of time. */
@NullMarked
package io.eventsource.autoconfigure.aot;

import org.jspecify.annotations.NullMarked;
