/** The root of the library: what every feature shares. */
@NullMarked
package io.eventsource;

import org.jspecify.annotations.NullMarked;
