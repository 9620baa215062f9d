package io.eventsource.testing.process;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A line between a test and an instance. */
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "message")
sealed interface Message {

    JsonMapper JSON = JsonMapper.builder().build();

    /** From the test: a command under a number. */
    record Request(long id, Command<?> command) implements Message {}

    /** What became of a request: a result, or the stack trace of a failure. */
    record Reply(long id, @Nullable JsonNode result, @Nullable String failure) implements Message {}

    /** The instance is there; nothing is started. */
    record Ready() implements Message {}

    /** A projection is held in its transaction, behind the effect of an event. */
    record Held(String projection, long position) implements Message {}

    static Message read(String line) {
        return JSON.readValue(line, Message.class);
    }

    default String line() {
        return JSON.writeValueAsString(this);
    }
}
