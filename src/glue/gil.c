/* The GIL on threads that run a guest: see `PY_BEGIN_GIL` in glue.h. */

#include "glue.h"

#ifndef _WIN32
#include <unistd.h>

void py_hang(void *unused)
{
    (void)unused;
    for (;;)
        pause();
}
#endif
