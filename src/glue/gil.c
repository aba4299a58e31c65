/* The cleanup handler of `PY_BEGIN_GIL`. glue.h explains why a thread that runs a guest needs the handler. */

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
