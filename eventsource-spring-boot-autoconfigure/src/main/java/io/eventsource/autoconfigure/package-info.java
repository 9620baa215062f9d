/** Spring Boot auto-configuration of the library. */
@NullMarked
package io.eventsource.autoconfigure;

import org.jspecify.annotations.NullMarked;
