package io.eventsource.autoconfigure.account;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.context.annotation.Configuration;

/** Names this package as the one to scan, as an application's main class does. */
@Configuration(proxyBeanMethods = false)
@AutoConfigurationPackage
public class AccountApplication {}
