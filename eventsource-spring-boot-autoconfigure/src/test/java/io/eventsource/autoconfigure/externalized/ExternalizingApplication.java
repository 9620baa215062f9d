package io.eventsource.autoconfigure.externalized;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.context.annotation.Configuration;

/** Names this package as the one to scan. */
@Configuration(proxyBeanMethods = false)
@AutoConfigurationPackage
public class ExternalizingApplication {}
