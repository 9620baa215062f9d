package io.eventsource.brokers.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisServerInfoTests {

    private static RedisServerInfo info(String version, String policy) {
        return RedisServerInfo.of("# Server\r\nredis_version:%s\r\nredis_mode:standalone\r\nmaxmemory_policy:%s\r\n"
                .formatted(version, policy));
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.2.0", "6.10.1", "7.0.15", "8.4.0", "10.0.0"})
    void servers_from_6_2_on_are_supported(String version) {
        assertThatCode(() -> info(version, "noeviction").requireSupported()).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.0.16", "5.0.14", "2.8.24"})
    void older_servers_are_refused_with_what_to_do(String version) {
        assertThatThrownBy(() -> info(version, "noeviction").requireSupported())
                .isInstanceOf(UnsuitableRedisException.class)
                .hasMessageContaining("version " + version)
                .hasMessageContaining("Update the server");
    }

    @ParameterizedTest
    @ValueSource(strings = {"allkeys-lru", "allkeys-lfu", "allkeys-random"})
    void policies_that_remove_streams_are_warned_of(String policy) {
        assertThat(info("7.2.0", policy).warnings()).singleElement().asString().contains(policy, "noeviction");
    }

    @ParameterizedTest
    @ValueSource(strings = {"noeviction", "volatile-lru", "volatile-ttl"})
    void policies_that_leave_keys_without_an_expiry_are_not(String policy) {
        assertThat(info("7.2.0", policy).warnings()).isEmpty();
    }
}
